"""Reading and writing the site's models: what the four ``item_`` operations share.

Everything goes through the ORM and the model's own validation, as the run's actor. Models and fields that
hold secrets are not there, as far as a flow can see.
"""
