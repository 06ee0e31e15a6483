//! What a beacon may say: everything has one of these names, or is not said. `frontend/vitals/names.mjs` has the same ones for browsers, and a test reads
//! that file.

/// Enums of which each value has a name.
macro_rules! named {
    ($($(#[$about:meta])* $kind:ident { $($(#[$one:meta])* $value:ident = $name:literal),+ $(,)? })+) => { $(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $kind { $($(#[$one])* $value),+ }

        impl $kind {
            /// In the order of the browser's file.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$value),+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$value => $name),+ }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$value),)+ _ => None }
            }
        }
    )+ };
}

named! {
    /// Pages by the pattern of their address (`app/src/routes.rs`).
    Route {
        Home = "/",
        SignIn = "/sign-in",
        Offline = "/offline",
        Products = "/products",
        Product = "/products/:handle",
        Versions = "/products/:handle/versions",
        Review = "/review",
        Runs = "/runs",
        NewRun = "/runs/new",
        Run = "/runs/:id",
        Imports = "/imports",
        Import = "/imports/:id",
        Changes = "/changes",
        Usage = "/usage",
        Performance = "/performance",
        PerformancePlace = "/performance/:place",
        Brief = "/settings/brief",
        Providers = "/settings/providers",
        Tokens = "/settings/tokens",
        Webhooks = "/settings/webhooks",
        Settings = "/settings",
        /// What has no page, or a page that this build does not know.
        Other = "other",
    }

    /// How a page view has begun.
    Navigation {
        Navigate = "navigate",
        Reload = "reload",
        BackForward = "back_forward",
        /// Taken out of the browser's cache of whole pages.
        Bfcache = "bfcache",
        /// Made ahead of time; it counts from when somebody looks at it.
        Prerender = "prerender",
        /// A route that the app went to, without a new document.
        Soft = "soft",
    }

    /// How fast the browser takes the line to be. Who saves data counts as that alone.
    Connection {
        SlowTwoG = "slow-2g",
        TwoG = "2g",
        ThreeG = "3g",
        FourG = "4g",
        SavesData = "save-data",
        Unknown = "unknown",
    }

    Device {
        Phone = "phone",
        Tablet = "tablet",
        Desktop = "desktop",
    }

    /// How wide the page is.
    Viewport {
        /// Up to 640 CSS pixels.
        Narrow = "narrow",
        /// Up to 960.
        Medium = "medium",
        /// Up to 1440.
        Wide = "wide",
        Huge = "huge",
    }

    /// Where the document came from.
    Cache {
        /// Through the service worker, which may have fetched it.
        Worker = "worker",
        /// The browser's memory or disk.
        Cache = "cache",
        /// Fetched ahead of time.
        Prefetch = "prefetch",
        Network = "network",
        /// There was no new document.
        None = "none",
        Unknown = "unknown",
    }

    /// What is measured. Times are since the page view began unless it says otherwise.
    Metric {
        /// Largest Contentful Paint.
        Lcp = "lcp",
        /// Of it: until the document's first byte.
        LcpTtfb = "lcp-ttfb",
        /// Of it: from there until its picture is asked for; none when it is text.
        LcpLoadDelay = "lcp-load-delay",
        /// Of it: until the picture is there.
        LcpLoadTime = "lcp-load-time",
        /// Of it: the rest.
        LcpRenderDelay = "lcp-render-delay",
        /// Interaction to Next Paint: how long one of the slowest interactions took.
        Inp = "inp",
        /// Of it: until the first listener ran.
        InpInputDelay = "inp-input-delay",
        /// Of it: while listeners ran.
        InpProcessing = "inp-processing",
        /// Of it: until something was painted.
        InpPresentation = "inp-presentation",
        /// Cumulative Layout Shift.
        Cls = "cls",
        /// First Contentful Paint.
        Fcp = "fcp",
        /// Time to First Byte.
        Ttfb = "ttfb",
        /// Until the app's module was there.
        WasmDownloaded = "wasm-downloaded",
        WasmCompiled = "wasm-compiled",
        /// Until the page had come alive.
        Hydrated = "hydrated",
        /// Until the route's view stood.
        ViewReady = "view-ready",
        /// Until its data were in it.
        DataReady = "data-ready",
        /// How many frames took 50 ms or more.
        LongFrames = "long-frames",
        /// How long the longest of them took.
        LongFrameLongest = "long-frame-longest",
        /// How long, of all of them together, nothing else could happen.
        LongFrameBlocking = "long-frame-blocking",
        /// Errors that nobody caught.
        Errors = "errors",
        /// Promises that were rejected, and nobody minded.
        Rejections = "rejections",
        /// Ends of the app's program.
        Panics = "panics",
        /// How long the oldest edit has waited on the device, at most.
        Pending = "pending",
    }
}

/// What a metric's whole numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    Microseconds,
    /// Of a layout shift score.
    TenThousandths,
    Count,
}

const HOUR: u64 = 3_600_000_000;

impl Metric {
    pub const fn unit(self) -> Unit {
        match self {
            Self::Cls => Unit::TenThousandths,
            Self::LongFrames | Self::Errors | Self::Rejections | Self::Panics => Unit::Count,
            _ => Unit::Microseconds,
        }
    }

    /// The most that is believed.
    pub const fn most(self) -> u64 {
        match self {
            // A hundred times what is called poor is seen on pages that never come to rest.
            Self::Cls => 1_000_000,
            Self::LongFrames | Self::Errors | Self::Rejections | Self::Panics => 1_000_000,
            // A device may be without a network for a year.
            Self::Pending => 366 * 24 * HOUR,
            Self::LongFrameBlocking => 24 * HOUR,
            _ => HOUR,
        }
    }

    /// Whether it lies within the page view: then it cannot be longer than that is old.
    pub const fn is_within_view(self) -> bool {
        matches!(self.unit(), Unit::Microseconds) && !matches!(self, Self::Pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_what_has_it() {
        assert!(Route::ALL.iter().all(|route| Route::from_name(route.name()) == Some(*route)));
        assert!(Metric::ALL.iter().all(|metric| Metric::from_name(metric.name()) == Some(*metric)));
        assert_eq!(Metric::from_name("LCP"), None);
        assert_eq!(Route::from_name("/products?q=lamp"), None);
    }
}
