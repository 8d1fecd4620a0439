"""What one would put in the stream door's place, written as its own documentation advises.

Each answers the same request with the same lines, made by the product's own engine, after the same look at the ticket
and the same read of the store, which they do with boto3.
"""
