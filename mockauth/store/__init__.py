"""What outlives a request of ChatGPT's pages: kept in a database, secrets encrypted.

Nothing is imported here. The values are light; `mockauth.store.store` brings SQLAlchemy, which only
the pages need.
"""
