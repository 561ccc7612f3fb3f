"""What a newsroom would take instead of feedsvc, set up as its users do, with the same items.

Each module runs one of them until the end of a block, from the JSON Feed of a running feedsvc.
"""
