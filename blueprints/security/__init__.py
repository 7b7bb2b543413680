"""Signing in: Flask-Security on our accounts, with our mails, cookies, second factors and limits."""
