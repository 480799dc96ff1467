"""Kinds that are not shipped: samples for the laws and for the docs."""
