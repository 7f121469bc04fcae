"""`python -m mockauth` is the same as `mockauth`."""

from mockauth.cli import main

if __name__ == "__main__":
    main()
