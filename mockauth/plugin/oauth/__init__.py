"""The authorization server, on Authlib. Nothing outside this folder imports Authlib."""
