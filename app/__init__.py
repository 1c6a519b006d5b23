"""The service: sessions, data sets and the page, around the engine."""
