//! Parquet.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{Array as _, ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use plumb_base::Cells;
use plumb_base::limits::COLUMNS_MAX;
use xxhash_rust::xxh3::Xxh3Default;

use super::header;
use super::input::Fingerprint;
use super::refusal::Refusal;

const BATCH_ROWS: usize = 4096;
/// Rows that a proposal is made from.
const SAMPLE_ROWS: usize = 200;
/// Rows of a group in a file that is written: about 20 MB of a list.
const GROUP_ROWS: usize = 128 * 1024;
/// Who wrote a file; the version stays out of it, so that the same list gives the same bytes.
const CREATED_BY: &str = "plumb";

/// Reads a Parquet file as rows of text.
pub struct Reader {
    path: PathBuf,
    names: Vec<String>,
    batches: ParquetRecordBatchReader,
    rows: u64,
    rows_read: u64,
}

impl Reader {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, Refusal> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
        let schema = builder.schema();
        if schema.fields().len() > COLUMNS_MAX {
            return Err(Refusal::TooManyColumns { found: schema.fields().len() });
        }
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let names = header::distinct(&names);
        if names.is_empty() {
            return Err(Refusal::Empty);
        }
        let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let batches = builder.with_batch_size(BATCH_ROWS).build()?;
        Ok(Self { path: path.to_owned(), names, batches, rows, rows_read: 0 })
    }

    /// The names of the columns, no two alike.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The first rows, without reading on.
    pub fn sample(&self) -> Result<Vec<Vec<String>>, Refusal> {
        let (mut cells, mut reader) = (Cells::default(), Self::open(&self.path)?);
        reader.next(&mut cells)?;
        Ok(cells.iter().take(SAMPLE_ROWS).map(|row| row.iter().map(str::to_owned).collect()).collect())
    }

    /// How many of its rows were read, in per cent.
    #[must_use]
    pub fn percent(&self) -> u8 {
        (self.rows_read * 100 / self.rows.max(1)).min(100) as u8
    }

    /// Puts the next rows into `cells`, numbers and dates as text, nothing as empty; `false` at the end.
    pub fn next(&mut self, cells: &mut Cells) -> Result<bool, Refusal> {
        cells.clear();
        let Some(batch) = self.batches.next().transpose()? else { return Ok(false) };
        let options = FormatOptions::default().with_null("");
        let formatters = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()?;
        let mut text = String::new();
        for row in 0..batch.num_rows() {
            for formatter in &formatters {
                text.clear();
                formatter.value(row).write(&mut text)?;
                cells.push_cell(&text);
            }
            cells.end_row();
        }
        self.rows_read += batch.num_rows() as u64;
        Ok(true)
    }

    /// What the file is: the length and hash of its bytes.
    pub fn fingerprint(&self) -> Result<Fingerprint, Refusal> {
        let (mut file, mut hash, mut bytes) = (File::open(&self.path)?, Xxh3Default::new(), 0);
        let mut piece = vec![0; 256 * 1024];
        loop {
            let read = std::io::Read::read(&mut file, &mut piece)?;
            if read == 0 {
                return Ok(Fingerprint { bytes, hash: hash.digest128() });
            }
            hash.update(&piece[..read]);
            bytes += read as u64;
        }
    }
}

/// Writes rows of text as a Parquet file, beside the columns of another one or by themselves.
pub struct Writer<W: Write + Send> {
    schema: SchemaRef,
    file: ArrowWriter<W>,
    /// The other file, and its batch that is being used up.
    own: Option<(ParquetRecordBatchReader, RecordBatch)>,
    text_columns: usize,
    /// Rows are left out whose text in this column is not `true`.
    only: Option<usize>,
}

impl<W: Write + Send> Writer<W> {
    /// A file of text columns: those of the list and those that are added.
    pub fn of_text(file: W, names: &[String], added: &[&str]) -> Result<Self, Refusal> {
        let names = names.iter().map(String::as_str).chain(added.iter().copied());
        let fields: Vec<Field> = names.map(|name| Field::new(name, DataType::Utf8, true)).collect();
        let text_columns = fields.len();
        Self::new(file, Arc::new(Schema::new(fields)), None, text_columns)
    }

    /// A file with the columns of `input`, of the types that they have there, and behind them text columns. Rows are
    /// given for each row of `input`, in order; those whose text in the added column `only` is not `true` are left out.
    pub fn beside(file: W, input: &Path, added: &[&str], only: Option<&str>) -> Result<Self, Refusal> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(input)?)?;
        let mut fields: Vec<_> = builder.schema().fields().iter().cloned().collect();
        fields.extend(added.iter().map(|name| Arc::new(Field::new(*name, DataType::Utf8, true))));
        let own_schema = builder.schema().clone();
        let schema = Arc::new(Schema::new_with_metadata(fields, own_schema.metadata().clone()));
        let reader = builder.with_batch_size(BATCH_ROWS).build()?;
        let mut writer = Self::new(file, schema, Some((reader, RecordBatch::new_empty(own_schema))), added.len())?;
        writer.only = only.and_then(|only| added.iter().position(|name| *name == only));
        Ok(writer)
    }

    fn new(
        file: W,
        schema: SchemaRef,
        own: Option<(ParquetRecordBatchReader, RecordBatch)>,
        text_columns: usize,
    ) -> Result<Self, Refusal> {
        let properties = WriterProperties::builder()
            .set_created_by(CREATED_BY.to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        let file = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))?;
        Ok(Self { schema, file, own, text_columns, only: None })
    }

    /// How many columns of text each row has.
    #[must_use]
    pub fn text_columns(&self) -> usize {
        self.text_columns
    }

    /// Writes rows, and answers how many.
    pub fn write(&mut self, rows: &Cells) -> Result<u64, Refusal> {
        let text = text_arrays(rows, self.text_columns);
        if self.own.is_none() {
            self.file.write(&RecordBatch::try_new(Arc::clone(&self.schema), text)?)?;
            return Ok(rows.rows() as u64);
        }
        let wanted = |only| rows.iter().map(|row| Some(row.get(only) == Some("true"))).collect::<BooleanArray>();
        let wanted = self.only.map(wanted);
        let mut written = 0;
        let mut done = 0;
        while done < rows.rows() {
            let Some((reader, batch)) = &mut self.own else { break };
            if batch.num_rows() == 0 {
                match reader.next().transpose()? {
                    Some(next) => *batch = next,
                    None => break,
                }
                continue;
            }
            let count = batch.num_rows().min(rows.rows() - done);
            let mut columns: Vec<ArrayRef> = batch.slice(0, count).columns().to_vec();
            columns.extend(text.iter().map(|column| column.slice(done, count)));
            *batch = batch.slice(count, batch.num_rows() - count);
            let mut next = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
            if let Some(wanted) = &wanted {
                next = arrow_select::filter::filter_record_batch(&next, &wanted.slice(done, count))?;
            }
            self.file.write(&next)?;
            written += next.num_rows() as u64;
            done += count;
        }
        Ok(written)
    }

    /// Writes the end of the file.
    pub fn finish(self) -> Result<(), Refusal> {
        self.file.close()?;
        Ok(())
    }
}

fn text_arrays(rows: &Cells, columns: usize) -> Vec<ArrayRef> {
    (0..columns)
        .map(|column| {
            let mut builder = StringBuilder::with_capacity(rows.rows(), rows.bytes() / columns.max(1));
            for row in rows.iter() {
                builder.append_option(row.get(column).filter(|cell| !cell.is_empty()));
            }
            let array: StringArray = builder.finish();
            Arc::new(array) as ArrayRef
        })
        .collect()
}
