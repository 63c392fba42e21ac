"""The networks of Restore, and the damage they are trained on."""
