"""The tree of services that the desk stands for."""
