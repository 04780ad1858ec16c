"""Login with a password or OpenID Connect, sessions, and the current person with their role."""
