"""The Admin tab: data sets, training jobs, and the versions that visitors are served."""
