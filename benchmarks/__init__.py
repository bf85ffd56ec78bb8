"""What ``script/bench`` measures. A figure is measured or it is not given."""
