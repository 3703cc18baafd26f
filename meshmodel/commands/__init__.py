"""The commands of the program, one file each: ``add`` declares its arguments, ``run`` answers."""
