//! A batch of a table's rows: all text in one buffer.

/// Rows of cells, each row with as many cells as it has, in two allocations whatever the number of cells.
///
/// What reads files, cleans rows and compares them meets here. The text is UTF-8. A reader whose text holds the cells
/// already hands it over and says where they stand: nothing is copied.
#[derive(Clone, Default)]
pub struct Cells {
    text: String,
    /// Where each cell begins and ends in `text`.
    spans: Vec<(u32, u32)>,
    /// Where each row ends in `spans`.
    row_ends: Vec<u32>,
}

/// By cells, wherever they stand.
impl PartialEq for Cells {
    fn eq(&self, other: &Self) -> bool {
        self.row_ends == other.row_ends && self.iter().flat_map(Row::iter).eq(other.iter().flat_map(Row::iter))
    }
}

impl Eq for Cells {}

/// Shows its size only: the cells are personal.
impl std::fmt::Debug for Cells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cells({} rows, {} bytes)", self.rows(), self.bytes())
    }
}

impl Cells {
    /// Adds a cell to the row that is being written. The text of a batch stays below 4 GiB.
    #[inline]
    pub fn push_cell(&mut self, cell: &str) {
        let start = self.text.len() as u32;
        self.text.push_str(cell);
        self.spans.push((start, self.text.len() as u32));
    }

    /// Adds the cell at `start..end` of the text that it is given ([`Cells::set_text`]), before or after, to the row that
    /// is being written. Both are boundaries of characters.
    #[inline]
    pub fn push_span(&mut self, start: usize, end: usize) {
        self.spans.push((start as u32, end as u32));
    }

    /// Gives it the text that its spans are of, in place of its own, which comes back.
    pub fn set_text(&mut self, text: String) -> String {
        std::mem::replace(&mut self.text, text)
    }

    /// All its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Ends the row that is being written.
    #[inline]
    pub fn end_row(&mut self) {
        self.row_ends.push(self.spans.len() as u32);
    }

    /// Adds a whole row.
    pub fn push_row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for cell in cells {
            self.push_cell(cell);
        }
        self.end_row();
    }

    /// How many rows have ended.
    #[inline]
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
    #[inline]
    #[must_use]
    pub fn row(&self, row: usize) -> Row<'_> {
        let start = if row == 0 { 0 } else { self.row_ends[row - 1] };
        Row { cells: self, start: start as usize, end: self.row_ends[row] as usize }
    }

    /// Every row, in order.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.rows()).map(|row| self.row(row))
    }

    /// Empties it and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
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
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether it has no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One cell, counted from 0, if the row has so many. Panics when a span of it is none of the text.
    #[inline]
    #[must_use]
    pub fn get(&self, column: usize) -> Option<&'c str> {
        let &(start, end) = self.cells.spans[self.start..self.end].get(column)?;
        Some(&self.cells.text[start as usize..end as usize])
    }

    /// Every cell, in order.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = &'c str> {
        let Cells { text, spans, .. } = self.cells;
        spans[self.start..self.end].iter().map(move |&(start, end)| &text[start as usize..end as usize])
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
