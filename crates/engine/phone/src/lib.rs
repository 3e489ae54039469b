//! Telephone numbers: read, judged valid or not, and written in E.164, as Google's libphonenumber does.
