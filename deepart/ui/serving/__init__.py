"""Serving: limits, queue, sessions and headers between the app and its clients."""
