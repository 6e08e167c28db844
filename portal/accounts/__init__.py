"""Officers' accounts: who they are, what they may do, how they sign in. Plain Python, no web framework.

A table anywhere in the house may have a column named ``owner`` holding ``officer:<id>``: when somebody
leaves, everything they own passes to their successor (see :func:`portal.accounts.roles.leave`).
"""
