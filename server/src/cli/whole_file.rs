//! A file that is as it was before or complete, and nothing between: it is written beside its place, and takes it at the end.

use std::{
    fs::{self, File},
    io::{self, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

pub(super) struct WholeFile {
    out: BufWriter<File>,
    /// As it was asked for.
    path: PathBuf,
    /// Behind the links on the way to it.
    place: PathBuf,
    /// Where it is until it is complete. None for a device or a pipe, which can only be written as it is.
    beside: Option<PathBuf>,
}

impl WholeFile {
    /// Begins a file. Whatever is in its place stays until [`Self::finish`].
    pub(super) fn begin(path: &Path) -> anyhow::Result<Self> {
        Self::open(path).map_err(|error| {
            anyhow::anyhow!(
                "{} cannot be written ({error}). Check that its folder is there and that both may be written to, or name another file.",
                path.display()
            )
        })
    }

    /// Puts the complete file into its place.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.settle().map_err(|error| self.broken_off(&error))
    }

    /// Why the file was not completed.
    pub(super) fn broken_off(&self, error: &io::Error) -> anyhow::Error {
        let safe = if self.beside.is_some() { " What was in its place is as it was." } else { "" };
        anyhow::anyhow!("{} could not be written to its end ({error}).{safe} Check that there is room, and try again.", self.path.display())
    }

    fn open(path: &Path) -> io::Result<Self> {
        // A link goes on leading to the file.
        let place = match path.canonicalize() {
            Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
            place => place?,
        };
        let before = match fs::metadata(&place) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            // Opened for writing, so that a file which may not be written is not replaced either.
            before => Some((before?, File::options().write(true).open(&place)?)),
        };
        let (file, beside) = match before {
            Some((kind, open)) if !kind.is_file() => (open, None),
            before => {
                let beside = place.with_file_name(format!(".vitrine-{}.part", std::process::id()));
                // Left by a program of the same number that was killed.
                let _ = fs::remove_file(&beside);
                let file = File::options().write(true).create_new(true).open(&beside)?;
                let beside = Some(beside);
                if let Some((kind, _)) = before {
                    file.set_permissions(kind.permissions())?;
                }
                (file, beside)
            }
        };
        Ok(Self { out: BufWriter::new(file), path: path.to_owned(), place, beside })
    }

    fn settle(&mut self) -> io::Result<()> {
        self.out.flush()?;
        if let Some(beside) = &self.beside {
            self.out.get_ref().sync_all()?;
            fs::rename(beside, &self.place)?;
            self.beside = None;
        }
        Ok(())
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            let _ = fs::remove_file(beside);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_when_the_new_one_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("shop.csv");
        fs::write(&path, "old").unwrap();

        let mut file = WholeFile::begin(&path).unwrap();
        file.write_all(b"new").unwrap();
        file.flush().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        file.finish().unwrap();

        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(dir.path()), ["shop.csv"]);
    }

    #[test]
    fn a_file_that_is_given_up_leaves_the_old_one_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("old.csv"), dir.path().join("new.csv"));
        fs::write(&old, "old").unwrap();

        for path in [&old, &new] {
            let mut file = WholeFile::begin(path).unwrap();
            file.write_all(b"half").unwrap();
            drop(file);
        }

        assert_eq!(fs::read_to_string(&old).unwrap(), "old");
        assert_eq!(names(dir.path()), ["old.csv"]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named_and_a_folder_is_no_file() {
        let dir = tempfile::tempdir().unwrap();
        for path in [dir.path().join("nowhere/shop.csv"), dir.path().to_owned()] {
            let refused = WholeFile::begin(&path).err().expect("it cannot be written").to_string();
            assert!(refused.starts_with(&format!("{} cannot be written (", path.display())), "{refused}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_a_device_stay_what_they_are() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real.csv"), dir.path().join("link.csv"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();

        for path in [link.as_path(), Path::new("/dev/null")] {
            let mut file = WholeFile::begin(path).unwrap();
            file.write_all(b"new").unwrap();
            file.finish().unwrap();
        }

        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
