"""Large models: the switch of the tabs, and the endpoint `/repaint`."""
