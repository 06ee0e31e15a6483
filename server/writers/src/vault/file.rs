//! The file with this installation's secret.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use zeroize::Zeroizing;

use super::VaultError;

/// Two processes that start at once come to the same secret: it is written whole under another name, and then linked to its own
/// unless somebody else was first.
pub(super) fn read_or_make(path: &Path, entropy: &dyn Fn(&mut [u8])) -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let failed = |cause| VaultError::File { path: path.display().to_string(), cause };
    match File::open(path) {
        Ok(file) => read(path, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(path, entropy).map_err(failed)?;
            read(path, File::open(path).map_err(failed)?)
        }
        Err(error) => Err(failed(error)),
    }
}

fn read(path: &Path, file: File) -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let shown = path.display().to_string();
    let failed = |cause| VaultError::File { path: shown.clone(), cause };
    if exposed(&file.metadata().map_err(failed)?) {
        return Err(VaultError::Exposed { path: shown });
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(34));
    (&file).take(33).read_to_end(&mut bytes).map_err(failed)?;
    <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new).map_err(|_| VaultError::Length { path: shown })
}

fn make(path: &Path, entropy: &dyn Fn(&mut [u8])) -> io::Result<()> {
    let mut master = Zeroizing::new([0; 32]);
    let mut name = [0; 8];
    entropy(&mut *master);
    entropy(&mut name);
    let draft = path.with_extension(format!("{:016x}", u64::from_le_bytes(name)));
    let made = write(&draft, &*master).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    });
    // Whatever came of it, the draft has done its work.
    let _ = fs::remove_file(&draft);
    made
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn exposed(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o077 != 0
}

#[cfg(not(unix))]
fn exposed(_: &fs::Metadata) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::{
        os::unix::fs::PermissionsExt,
        sync::atomic::{AtomicU8, Ordering},
        thread,
    };

    use super::*;

    #[test]
    fn the_secret_is_made_once_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");

        let made = read_or_make(&path, &|bytes| bytes.fill(7)).unwrap();
        let again = read_or_make(&path, &|bytes| bytes.fill(8)).unwrap();

        assert_eq!((*made, *again), ([7; 32], [7; 32]));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_that_start_at_once_come_to_the_same_secret() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        let next = AtomicU8::new(0);
        let entropy = |bytes: &mut [u8]| bytes.fill(next.fetch_add(1, Ordering::Relaxed));

        let secrets: Vec<[u8; 32]> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| *read_or_make(&path, &entropy).unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });

        assert!(secrets.iter().all(|secret| *secret == secrets[0]), "{secrets:?}");
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        fs::write(&path, [7; 32]).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();

        let error = read_or_make(&path, &|_| {}).unwrap_err().to_string();

        assert!(error.contains("can be read by others") && error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_secret_of_the_wrong_length_is_refused_and_left_as_it_is() {
        for length in [0, 31, 33, 1_000] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("secret.key");
            write(&path, &vec![7; length]).unwrap();

            let error = read_or_make(&path, &|_| {}).unwrap_err();

            assert!(matches!(error, VaultError::Length { .. }), "{error}");
            assert_eq!(fs::read(&path).unwrap().len(), length);
        }
    }
}
