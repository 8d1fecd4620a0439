"""The domain of Chat Simulation Stream: packs, shows, cursors, tickets, slots and the store that keeps them.

Standard library only. Nothing here reads the environment, a clock or the network: doors pass those in.
"""
