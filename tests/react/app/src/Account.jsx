import { useState } from 'react';
import { setUpTOTP, updateMFAPreference, verifyTOTPSetup } from 'aws-amplify/auth';

export function Account() {
  const [secret, setSecret] = useState('');
  const [state, setState] = useState('TOTP is off');
  const start = async () => setSecret((await setUpTOTP()).sharedSecret);
  const verify = async form => {
    await verifyTOTPSetup({ code: form.get('code') });
    await updateMFAPreference({ totp: 'PREFERRED' });
    setState('TOTP is on');
  };
  return (
    <section>
      <button onClick={start}>Set up TOTP</button>
      <code id="secret">{secret}</code>
      <form action={verify}>
        <input name="code" />
        <button>Verify</button>
      </form>
      <p id="totp">{state}</p>
    </section>
  );
}
