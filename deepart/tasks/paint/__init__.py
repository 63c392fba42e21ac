"""Transfer, Blend and related tasks: paint a picture in one style or several."""
