"""The ShipStation client: HTTP, rate limit, Pacific time, payloads, and walking a list that changes.

Public: `Client` (`http`), `Account` (`account`), `walk` (`list_walk`), `fetch_order` (`single_orders`), the
conversions of `pacific_time`, `Keeps`, `redacted_text` (`redaction`).
"""
