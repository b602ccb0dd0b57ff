"""The tests of this folder use what the other campaign has."""

import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), os.pardir))
