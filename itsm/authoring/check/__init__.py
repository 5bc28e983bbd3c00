"""The contract of plugins as tests: `itsm plugins check FOLDER`.

`run` starts `__main__` in a process of its own with a time limit, because the code is foreign; that one goes through
`steps`: what the source says, what the hooks declare, what the tables are, how the plugin lives on a desk.
"""
