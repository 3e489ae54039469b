//! A batch of a table's rows: all text in one buffer.

/// Rows of cells, each row with as many cells as it has, in two allocations whatever the number of cells.
///
/// What reads files, cleans rows and compares them meets here. The text is UTF-8.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Cells {
    text: String,
    /// Where each cell ends in `text`.
    cell_ends: Vec<u32>,
    /// Where each row ends in `cell_ends`.
    row_ends: Vec<u32>,
}

/// Shows its size only: the cells are personal.
impl std::fmt::Debug for Cells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cells({} rows, {} bytes)", self.rows(), self.bytes())
    }
}

impl Cells {
    /// Adds a cell to the row that is being written. The text of a batch stays below 4 GiB.
    pub fn push_cell(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.cell_ends.push(self.text.len() as u32);
    }

    /// Ends the row that is being written.
    pub fn end_row(&mut self) {
        self.row_ends.push(self.cell_ends.len() as u32);
    }

    /// Adds a whole row.
    pub fn push_row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for cell in cells {
            self.push_cell(cell);
        }
        self.end_row();
    }

    /// How many rows have ended.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.row_ends.len()
    }

    /// Bytes of text in it.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// One row, counted from 0. Panics when there are not so many.
    #[must_use]
    pub fn row(&self, row: usize) -> Row<'_> {
        let start = if row == 0 { 0 } else { self.row_ends[row - 1] };
        Row { cells: self, start: start as usize, end: self.row_ends[row] as usize }
    }

    /// Every row, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.rows()).map(|row| self.row(row))
    }

    /// Empties it and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.cell_ends.clear();
        self.row_ends.clear();
    }
}

/// One row of a batch.
#[derive(Clone, Copy)]
pub struct Row<'c> {
    cells: &'c Cells,
    start: usize,
    end: usize,
}

impl<'c> Row<'c> {
    /// How many cells it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether it has no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One cell, counted from 0, if the row has so many.
    #[must_use]
    pub fn get(&self, column: usize) -> Option<&'c str> {
        let at = self.start.checked_add(column).filter(|at| *at < self.end)?;
        let from = if at == 0 { 0 } else { self.cells.cell_ends[at - 1] as usize };
        Some(&self.cells.text[from..self.cells.cell_ends[at] as usize])
    }

    /// Every cell, in order.
    pub fn iter(self) -> impl Iterator<Item = &'c str> {
        (0..self.len()).filter_map(move |column| self.get(column))
    }
}

/// Shows its width only: the cells are personal.
impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Row({} cells)", self.len())
    }
}

#[cfg(test)]
mod tests;
