"""The formats of a report. Each is a pure function of a saved run document and asks nobody."""
