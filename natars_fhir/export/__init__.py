"""What statisticians get of the trial: survival figures and tables; pure."""
