//! Files of tables: read and written row by row, in constant memory.
