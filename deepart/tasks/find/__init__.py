"""Find things in a picture: faces, the subject, what was clicked at."""
