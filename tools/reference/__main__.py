"""``python -m tools.reference``: write every page that differs from what the code says."""

import sys

from tools.reference.pages import write

if __name__ == "__main__":
    for changed in write():
        print(changed)
    sys.exit(0)
