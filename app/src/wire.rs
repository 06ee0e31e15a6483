//! How a server function crosses between browser and server: `protocol = Read` or `protocol = Write`.
//!
//! On the wire it is what `server_fn` does by itself. But there the whole of a request is compiled anew for every function, three
//! to six kB of code each in the browser; here what does not depend on the function is there once. And arguments that cannot be
//! read are the fault of who sent them (422), not of the server (500).

use std::{future::Future, marker::PhantomData, pin::Pin};

use ports::error::AppError;
use server_fn::{
    Bytes, ContentType, Decodes, Protocol,
    client::Client,
    codec::{Encoding, FromReq, GetUrl, IntoReq, IntoRes, Postcard, PostcardEncoding},
    response::ClientRes,
    server::Server,
};

/// Arguments in the address of a `GET`, so that the answer can be cached.
pub(crate) type Read = Wire<GetUrl>;

/// Arguments in the body of a `POST`.
pub(crate) type Write = Wire<Postcard>;

/// Arguments as a codec has them, the answer in Postcard.
pub(crate) struct Wire<Codec>(PhantomData<Codec>);

impl<Codec, Input, Output, C, S> Protocol<Input, Output, C, S, AppError> for Wire<Codec>
where
    Codec: Encoding,
    Input: IntoReq<Codec, C::Request, AppError> + FromReq<Codec, S::Request, AppError> + Send,
    Output: IntoRes<Postcard, S::Response, AppError> + Send,
    PostcardEncoding: Decodes<Output>,
    C: Client<AppError>,
    S: Server<AppError>,
{
    const METHOD: http::Method = Codec::METHOD;

    async fn run_server<F, Fut>(request: S::Request, server_fn: F) -> Result<S::Response, AppError>
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, AppError>> + Send,
    {
        let input = Input::from_req(request).await.map_err(not_understood)?;
        server_fn(input).await?.into_res().await
    }

    fn run_client(path: &str, input: Input) -> impl Future<Output = Result<Output, AppError>> + Send {
        let answer = exchange::<C>(input.into_req(path, PostcardEncoding::CONTENT_TYPE));
        async move { PostcardEncoding::decode(answer.await?).map_err(|_| AppError::Unreachable) }
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Bytes, AppError>> + Send>>;

/// Sends a request and waits for what is answered. Whatever is answered that is not of this server is as good as nothing. What is only read is
/// answered from what the device has when nobody can be reached.
fn exchange<C: Client<AppError>>(request: Result<C::Request, AppError>) -> Answer {
    Box::pin(async move {
        let request = request?;
        #[cfg(feature = "hydrate")]
        tell_page(&request);
        #[cfg(feature = "hydrate")]
        let asked = crate::offline::asked(&request);
        let sending = C::send(request);
        #[cfg(feature = "hydrate")]
        let answer = match &asked {
            Some(asked) => {
                let mut sending = Box::pin(sending);
                let answer = crate::offline::in_time(&mut sending).await;
                if matches!(answer, None | Some(Err(AppError::Unreachable)))
                    && let Some(held) = crate::offline::answer(asked.clone()).await
                {
                    return held.map(Bytes::from);
                }
                match answer {
                    Some(answer) => answer?,
                    None => sending.await?,
                }
            }
            None => sending.await?,
        };
        #[cfg(not(feature = "hydrate"))]
        let answer = sending.await?;
        #[cfg(feature = "hydrate")]
        let keep = asked.and_then(|asked| crate::offline::keeper(&asked, &answer));
        let is_error = answer.status() >= 400;
        let bytes = answer.try_into_bytes().await?;
        #[cfg(feature = "hydrate")]
        if let Some(keep) = keep {
            keep(&bytes);
        }
        if is_error { Err(PostcardEncoding::decode(bytes).unwrap_or(AppError::Unreachable)) } else { Ok(bytes) }
    })
}

/// Says which page asks, while it is being opened: the server can show both together.
#[cfg(feature = "hydrate")]
fn tell_page(request: &dyn std::any::Any) {
    if let (Some(request), Some(parent)) = (request.downcast_ref::<server_fn::request::browser::BrowserRequest>(), device::parent()) {
        request.headers().set("traceparent", &parent);
    }
}

fn not_understood(_: AppError) -> AppError {
    let error = AppError::Invalid("The request was not understood. Reload the page and try again.".into());
    #[cfg(feature = "ssr")]
    crate::context::answer_status(&error);
    error
}
