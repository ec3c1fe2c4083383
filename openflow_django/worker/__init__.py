"""Who runs a flow and when: executor, store, tick, hardened cluster."""
