"""Login with a password or OpenID Connect, sessions, and the current person with their role.

Public: `LoginMiddleware` (`login_middleware`), `current_person`, `show_login` (`identity`), `Sessions`
(`login_sessions`).
"""
