"""What is installed beside the core: extras of this package, and plug-ins from others.

What an extra brings belongs where it is used; here stands only whether it is there.
"""
