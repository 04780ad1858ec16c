"""The ShipStation client: HTTP, rate limit, Pacific time, payloads, and reading a list that moves."""
