"""A simulated hospital: invented patients over time, told in a hospital's dialect, and what is true of each of them."""
