// A client that knows nothing of any mock: java.net.http.
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.SecureRandom;

public class Client {
  public static void main(String[] arguments) throws Exception {
    String app = System.getenv("ZIM_APP_ID");
    String nonce = Long.toHexString(new SecureRandom().nextLong() | Long.MIN_VALUE);
    String now = Long.toString(System.currentTimeMillis() / 1000);
    byte[] digest = MessageDigest.getInstance("MD5").digest((app + nonce + System.getenv("ZIM_SERVER_SECRET") + now).getBytes());
    String query = "Action=UserRegister&AppId=" + app + "&SignatureNonce=" + nonce + "&Timestamp=" + now
        + "&Signature=" + String.format("%032x", new BigInteger(1, digest)) + "&SignatureVersion=2.0";
    HttpRequest request = HttpRequest.newBuilder(URI.create("https://zim-api.zego.im/?" + query))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString("{\"UserInfo\":[{\"UserId\":\"ann\"}]}")).build();
    System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
