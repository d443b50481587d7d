"""What an evaluation is once it is made: frozen, saved, loaded, shown."""
