"""What all parts of the lab share: its folder, its processes, its ports, its cache and its command line."""
