"""Login and roles: the login middleware, sessions, and who is logged in."""
