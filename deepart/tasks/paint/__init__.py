"""Transfer, Blend and what belongs to them: a picture in one style or in several."""
