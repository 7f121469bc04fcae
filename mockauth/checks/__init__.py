"""Read and static checks: small pure functions over what was recorded."""
