"""The ShipStation client: HTTP, rate limit, Pacific time, payloads, and walking a list that changes."""
