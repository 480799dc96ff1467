"""Redis between nodes: frames carried, and members known.  Advice and transport only.

Losing it may cost a delay, a takeover or a refusal, never a wrong write.  One module,
`client`, imports the driver.
"""
