"""What every room stands on: durable files, clocks that never go back, deadlines, lazy names."""
