"""The AI that writes packs: providers, failover between them, prompts, and the filter every line passes.

Importing this package costs about as much as importing `chatsim`: the SDKs and their httpx (about 300 ms wall) are
loaded by the first request to a provider, glin-profanity by the first line that is checked (100 ms, 6 MB; measured on
Python 3.11). `Writer.warm()` does both when a door starts, where Lambda's processor is at its fastest: later they would
come out of the first provider's turn.
"""
