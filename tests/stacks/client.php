<?php
// Registers a user at the vendor's address, as Guzzle and Laravel's Http do: by ext-curl. Prints the answer.
[$app, $secret] = [getenv('ZIM_APP_ID'), getenv('ZIM_SERVER_SECRET')];
[$nonce, $now] = [bin2hex(random_bytes(8)), time()];
$query = http_build_query(['Action' => 'UserRegister', 'AppId' => $app, 'SignatureNonce' => $nonce, 'Timestamp' => $now,
    'SignatureVersion' => '2.0', 'Signature' => md5($app . $nonce . $secret . $now)]);
$curl = curl_init("https://zim-api.zego.im/?$query");
curl_setopt_array($curl, [CURLOPT_POST => true, CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => ['Content-Type: application/json'],
    CURLOPT_POSTFIELDS => json_encode(['UserInfo' => [['UserId' => 'php', 'UserName' => 'PHP']]])]);
$answer = curl_exec($curl);
echo $answer === false ? curl_error($curl) . "\n" : "$answer\n";
