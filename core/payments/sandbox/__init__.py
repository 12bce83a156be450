"""The sandbox gateway: a real gateway in miniature for demo and test installations.

``wire`` signs and checks messages, ``server`` answers them, ``services`` moves its own tables,
``delivery`` sends callbacks, ``client`` is what the store uses. The protocol is described in
``docs/sandbox-gateway.md``.
"""
