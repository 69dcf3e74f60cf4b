"""Front door of a checkout: `python cli.py …` is `flowdial …`."""

from flowdial.surfaces.cli import main

if __name__ == "__main__":
    main()
