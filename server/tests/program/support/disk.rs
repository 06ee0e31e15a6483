use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// A disk that is soon full. It is taken away with this.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None, after saying why, where a test may not mount anything.
    pub(crate) fn at(dir: &Path, megabytes: u32) -> Option<Self> {
        std::fs::create_dir_all(dir).unwrap();
        match mount(dir, &format!("size={megabytes}m")) {
            Ok(()) => Some(Self(dir.to_owned())),
            Err(reason) => {
                eprintln!("skipped: a disk of {megabytes} MB could not be mounted for this test ({reason})");
                None
            }
        }
    }

    /// To the last byte.
    pub(crate) fn fill(&self) {
        let mut file = std::fs::File::create(self.0.join("filling")).unwrap();
        let mut size = 1 << 20;
        while size > 0 {
            if file.write_all(&vec![1; size]).is_err() {
                size /= 2;
            }
        }
    }

    /// As whoever runs it does when it is full.
    pub(crate) fn grow_to(&self, megabytes: u32) {
        mount(&self.0, &format!("remount,size={megabytes}m")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn mount(dir: &Path, options: &str) -> Result<(), String> {
    let done = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(dir).output().map_err(|error| error.to_string())?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()) }
}
