"""Find things in a picture: faces, the subject, the object at a click."""
